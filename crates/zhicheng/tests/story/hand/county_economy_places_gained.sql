-- measure county_economy_places_gained --period 2017 --day 2018-12-31
-- The rank of 2016 less that of 2017; ranks are reported with four decimal places.
select (select value from record_reported_statistic where hidden = 9223372036854775807 and statistic = 'county_economy_rank_class2' and data_period = '2016')
     - (select value from record_reported_statistic where hidden = 9223372036854775807 and statistic = 'county_economy_rank_class2' and data_period = '2017'), 10000;
