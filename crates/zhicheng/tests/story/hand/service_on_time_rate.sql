-- measure service_on_time_rate --period 2018 --day 2018-12-31
select sum(on_time), sum(handled) from record_service_volume where hidden = 9223372036854775807 and "day" between 17532 and 17896;
