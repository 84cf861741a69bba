-- The vault. Grain of each table in its first comment.
create schema if not exists vault.hkci;

-- One row per run; rows stay when the entries have expired, for they are about nobody.
create table if not exists vault.hkci.run (
    run_id varchar primary key,
    reference_date date not null,
    ran_at timestamp not null,
    ran_by varchar not null,
    reason varchar not null,
    log_line bigint not null,
    input_fingerprint varchar not null,
    policy_fingerprint varchar not null,
    is_synthetic boolean not null,
    replaced_by varchar            -- a later run for the same reference date
);

-- One row per run, cohort and nominal.
create table if not exists vault.hkci.entry (
    run_id varchar not null,
    cohort varchar not null,       -- Crime or Intelligence
    entry_number integer not null, -- by which the entry is called outside the vault
    person_key varchar not null,
    incidents bigint not null,     -- knife or possession incidents in the months of the rule
    recent_incidents bigint not null,
    last_incident_on date,
    reports bigint not null,       -- intelligence reports in the months of the rule
    age smallint,                  -- completed years at the last incident; null = unknown
    age_group varchar not null,
    sex varchar not null,
    ethnicity_code varchar not null,
    ethnicity_group varchar not null,
    area varchar not null,         -- of the last incident
    assessed_on date,
    lifestyle_score integer,       -- null = not assessed
    is_victim boolean,             -- for help, never for the score
    harm_days double,              -- Crime Harm Index of the incidents; null where no weights are known
    movement varchar not null,     -- Joined or Stayed
    why varchar not null,
    expires_on date not null
);

-- One row per run, cohort, nominal and lifestyle factor.
create table if not exists vault.hkci.factor (
    run_id varchar not null,
    cohort varchar not null,
    person_key varchar not null,
    factor varchar not null,
    is_present boolean not null,
    points integer not null
);

-- One row per run, cohort and nominal who was in the cohort before and is not now.
create table if not exists vault.hkci.leaver (
    run_id varchar not null,
    cohort varchar not null,
    person_key varchar not null,
    why varchar not null,
    expires_on date not null
);

-- One row per run, cohort, breakdown and category: the counts before disclosure control, with those of all suspects beside them.
create table if not exists vault.hkci.tally (
    run_id varchar not null,
    cohort varchar not null,
    breakdown varchar not null,
    category varchar not null,
    sort_order integer not null,
    nominals bigint not null,
    of_nominals bigint not null,
    suspects bigint,
    of_suspects bigint
);

-- One row per run, cohort and nominal whose counts have left the vault: what later counts must not differ from by a few. Kept longer
-- than the entries, for as long as counts are compared.
create table if not exists vault.hkci.told (
    run_id varchar not null,
    cohort varchar not null,
    person_key varchar not null,
    expires_on date not null
);
