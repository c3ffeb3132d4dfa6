-- measure service_satisfaction --period 2018 --day 2018-12-31
-- Scores have two decimal places.
select sum(score), 100 * count(score) from record_satisfaction_score where hidden = 9223372036854775807 and "day" between 17532 and 17896;
