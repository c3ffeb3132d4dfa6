-- measure food_report_rate --period 2018H1 --day 2018-12-31
-- A batch without a report yet is not in time. 2018-06-30 is day 17712.
select sum(reported_on is not null and reported_on - "day" <= 40), count(*) from record_food_sample
where hidden = 9223372036854775807 and "day" >= 17532 and "day" <= 17712 and result <> 'pending' and category <> 'farm';
