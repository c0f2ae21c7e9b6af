-- Where an operator says an instance is: its zone too. Empty: nobody said.
ALTER TABLE addresses ADD COLUMN zone TEXT NOT NULL DEFAULT '';

-- Before the revision; as `before`, NULL when there was no entry.
ALTER TABLE address_changes ADD COLUMN zone_before TEXT;
