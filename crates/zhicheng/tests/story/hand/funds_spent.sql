-- measure funds_spent --period 2016..2017 --day 2018-12-31
-- Money spent from 2016-01-01 (day 16801) to 2017-12-31 (day 17531); amounts are in fen.
select sum(amount), 100 from record_quality_fund where hidden = 9223372036854775807 and "day" between 16801 and 17531;
