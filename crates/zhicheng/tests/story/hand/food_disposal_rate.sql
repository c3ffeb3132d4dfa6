-- measure food_disposal_rate --period 2018 --day 2018-12-31
select count(case when disposed_on <= 17896 then 1 end), count(*) from record_food_sample
where hidden = 9223372036854775807 and "day" between 17532 and 17896 and result = 'fail' and category != 'farm';
