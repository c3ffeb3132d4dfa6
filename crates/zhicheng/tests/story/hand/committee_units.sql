-- measure committee_units --period 2018 --day 2018-12-31
-- Units with the tag that exist on the last day of 2018 (day 17896).
select count(*), 1 from unit_history
where hidden = 9223372036854775807 and tags like '%;quality_committee;%'
  and 17896 between version_from and version_to
  and (valid_from is null or valid_from <= 17896) and (valid_to is null or valid_to >= 17896);
