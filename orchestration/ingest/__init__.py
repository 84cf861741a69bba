"""From the landing zone to the landing log: recognise, read, type, judge and keep each delivery.

    delivery   names in the landing zone ↔ period, part, version; files that nobody reads
    recognise  which feed a sender's file belongs to, and its name in the landing zone
    candidates which feeds a file can belong to by its header, folder and name
    file_names periods and parts in the names of senders' files
    contents   periods and parts in the rows of a file
    refusals   why a file is not taken, as its sender reads it
    reading    bytes → one plain CSV file with a known header
    typing     contract → SQL that types a column and finds what is wrong with it
    rules      the catalogue: code, severity, message, remedy
    pseudonyms keyed pseudonyms and personal identifiers in text
    tokens     keyed tokens of names and dates of birth, to tell how alike two people are
    load       deliveries → landing, many files at a time
    quarantine what exactly is wrong with the rows that failed
    landing    the immutable log and which deliveries are in use

Nothing here knows Dagster, dbt or the warehouse.
"""
