"""From the landing zone to the landing log: recognise, read, type, judge and keep each delivery.

    recognition    which feed, period and part a sender's file is of, and its name in the landing zone
    load           deliveries → landing log, many files at a time; what is wrong with the rows that failed
    legal_gate     feeds that may hold no direct identifier
    landing_zone   names in the landing zone ↔ period, part, version; files that nobody reads
    landing_log    the immutable log and which deliveries are in use
    values         contract → SQL that types a column; pseudonyms and tokens
    files          bytes → one plain CSV file with a known header
    rules          the catalogue: code, severity, message, remedy

Each imports only what stands below it. Nothing here knows Dagster, dbt or the warehouse.
"""
