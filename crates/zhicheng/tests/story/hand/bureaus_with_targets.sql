-- measure bureaus_with_targets --period 2018 --day 2018-12-31
select count(distinct t.unit), 1 from target t join unit_history u on u.id = t.unit
where t.hidden = 9223372036854775807 and u.hidden = 9223372036854775807 and t.scorecard = 'assessment' and u.kind = 'bureau'
  and 17896 between u.version_from and u.version_to;
