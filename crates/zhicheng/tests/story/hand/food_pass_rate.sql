-- measure food_pass_rate --period 2018 --day 2018-12-31
select sum(result = 'pass'), count(*) from record_food_sample
where hidden = 9223372036854775807 and "day" between 17532 and 17896 and result in ('pass', 'fail') and category <> 'farm';
