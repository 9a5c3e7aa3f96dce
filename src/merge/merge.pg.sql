-- step 10
UPDATE merge_event SET at = CAST(FLOOR(EXTRACT(EPOCH FROM CAST(CAST(line AS json) ->> 'time' AS timestamptz))) AS BIGINT) * 1000000000 WHERE at = 0 AND why = '';
