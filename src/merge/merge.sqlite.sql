-- step 10
UPDATE merge_event SET at = CAST(strftime('%s', json_extract(line, '$.time')) AS INTEGER) * 1000000000 WHERE at = 0 AND why = '';
