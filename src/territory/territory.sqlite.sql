-- step 15
-- Names that are Latin letters with the accents of French are folded here; of the others the column stays NULL.
UPDATE territory_org SET words = LOWER(name) || ' ' || COALESCE(siren, '');
UPDATE territory_org SET words = REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(words, 'à', 'a'), 'â', 'a'), 'ä', 'a'), 'á', 'a'), 'ã', 'a'), 'å', 'a')
  WHERE LENGTH(CAST(words AS BLOB)) <> LENGTH(words);
UPDATE territory_org SET words = REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(words, 'À', 'a'), 'Â', 'a'), 'Ä', 'a'), 'Á', 'a'), 'Ã', 'a'), 'Å', 'a')
  WHERE LENGTH(CAST(words AS BLOB)) <> LENGTH(words);
UPDATE territory_org SET words = REPLACE(REPLACE(words, 'ç', 'c'), 'Ç', 'c')
  WHERE LENGTH(CAST(words AS BLOB)) <> LENGTH(words);
UPDATE territory_org SET words = REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(words, 'é', 'e'), 'è', 'e'), 'ê', 'e'), 'ë', 'e'), 'É', 'e'), 'È', 'e')
  WHERE LENGTH(CAST(words AS BLOB)) <> LENGTH(words);
UPDATE territory_org SET words = REPLACE(REPLACE(words, 'Ê', 'e'), 'Ë', 'e')
  WHERE LENGTH(CAST(words AS BLOB)) <> LENGTH(words);
UPDATE territory_org SET words = REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(words, 'î', 'i'), 'ï', 'i'), 'í', 'i'), 'ì', 'i'), 'Î', 'i'), 'Ï', 'i')
  WHERE LENGTH(CAST(words AS BLOB)) <> LENGTH(words);
UPDATE territory_org SET words = REPLACE(REPLACE(words, 'Í', 'i'), 'Ì', 'i')
  WHERE LENGTH(CAST(words AS BLOB)) <> LENGTH(words);
UPDATE territory_org SET words = REPLACE(REPLACE(words, 'ñ', 'n'), 'Ñ', 'n')
  WHERE LENGTH(CAST(words AS BLOB)) <> LENGTH(words);
UPDATE territory_org SET words = REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(words, 'ô', 'o'), 'ö', 'o'), 'ó', 'o'), 'ò', 'o'), 'õ', 'o'), 'Ô', 'o')
  WHERE LENGTH(CAST(words AS BLOB)) <> LENGTH(words);
UPDATE territory_org SET words = REPLACE(REPLACE(REPLACE(REPLACE(words, 'Ö', 'o'), 'Ó', 'o'), 'Ò', 'o'), 'Õ', 'o')
  WHERE LENGTH(CAST(words AS BLOB)) <> LENGTH(words);
UPDATE territory_org SET words = REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(words, 'ù', 'u'), 'û', 'u'), 'ü', 'u'), 'ú', 'u'), 'Ù', 'u'), 'Û', 'u')
  WHERE LENGTH(CAST(words AS BLOB)) <> LENGTH(words);
UPDATE territory_org SET words = REPLACE(REPLACE(words, 'Ü', 'u'), 'Ú', 'u')
  WHERE LENGTH(CAST(words AS BLOB)) <> LENGTH(words);
UPDATE territory_org SET words = REPLACE(REPLACE(REPLACE(REPLACE(words, 'ÿ', 'y'), 'ý', 'y'), 'Ÿ', 'y'), 'Ý', 'y')
  WHERE LENGTH(CAST(words AS BLOB)) <> LENGTH(words);
UPDATE territory_org SET words = REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(words, 'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'), '’', ' ')
  WHERE LENGTH(CAST(words AS BLOB)) <> LENGTH(words);
UPDATE territory_org SET words = NULL WHERE LENGTH(CAST(words AS BLOB)) <> LENGTH(words);
CREATE INDEX territory_org_words ON territory_org (name, words, siren);
