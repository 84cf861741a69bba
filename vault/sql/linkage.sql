-- Which references are one person. Of the runs only the last is kept. Grain of each table in its first comment.
create schema if not exists vault.linkage;

-- One row per run.
create table if not exists vault.linkage.run (
    run_id varchar primary key,
    ran_at timestamp not null,
    ran_by varchar not null,
    reason varchar not null,
    log_line bigint not null,
    input_fingerprint varchar not null,
    threshold double not null,
    is_synthetic boolean not null
);

-- One row per pair of references that may be one person.
create table if not exists vault.linkage.pair (
    pair_number integer not null,  -- by which the pair is called outside the vault
    person_key varchar not null,
    other_key varchar not null,
    match_weight double not null,  -- base-2 logarithm of the odds
    match_probability double not null,
    surname varchar not null,      -- same, alike, different or not known; so for the next three
    forename varchar not null,
    born varchar not null,
    sex varchar not null
);

-- One row per reference.
create table if not exists vault.linkage.person (
    person_key varchar not null,
    linked_key varchar not null    -- the least person_key of the person
);
