"""From the landing zone to the landing log: recognise, read, type, validate and store each delivery.

    recognition    which feed, period and part a sender's file belongs to, and its name in the landing zone
    load           deliveries → landing log, many files at a time; what is wrong with the rows that failed
    legal_gate     feeds that may contain no direct identifier
    landing_zone   names in the landing zone ↔ period, part, version; files that are no delivery
    landing_log    the immutable log and which deliveries are in use
    values         contract → SQL that types a column; pseudonyms and tokens
    files          bytes → one plain CSV file with a known header
    rules          the catalogue: code, severity, message, remedy

Each imports only what is below it in this list. Nothing here knows Dagster, dbt or the warehouse.
"""
