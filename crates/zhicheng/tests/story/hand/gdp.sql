-- measure gdp --period 2018H1 --day 2018-12-31
select value, 10000 from record_reported_statistic where hidden = 9223372036854775807 and statistic = 'gdp' and data_period = '2018H1' order by "day" desc, id desc limit 1;
