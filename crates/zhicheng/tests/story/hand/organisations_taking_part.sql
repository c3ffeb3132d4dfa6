-- measure organisations_taking_part --period 2018 --day 2018-12-31
select count(distinct subject), 1 from record_participation where hidden = 9223372036854775807 and "day" between 17532 and 17896;
