-- step 15
-- Names that are Latin letters with the accents of French are folded here; of the others the column stays NULL.
UPDATE territory_org SET words = LOWER(TRANSLATE(REPLACE(REPLACE(REPLACE(REPLACE(name, 'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'),
    'àâäáãåÀÂÄÁÃÅçÇéèêëÉÈÊËîïíìÎÏÍÌñÑôöóòõÔÖÓÒÕùûüúÙÛÜÚÿýŸÝ’', 'aaaaaaaaaaaacceeeeeeeeiiiiiiiinnoooooooooouuuuuuuuyyyy ')) || ' ' || COALESCE(siren, '');
UPDATE territory_org SET words = NULL WHERE OCTET_LENGTH(words) <> LENGTH(words);
