-- measure standard_coverage --period 2018 --day 2018-12-31
-- To date: everything up to the end of 2018.
select sum(case when covered = 'yes' then 1 else 0 end), count(*) from record_product_standard where hidden = 9223372036854775807 and "day" <= 17896;
