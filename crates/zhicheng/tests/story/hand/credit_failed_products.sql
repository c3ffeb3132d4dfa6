-- measure credit_failed_products --period 2018 --day 2018-12-31
-- The 24 months up to 2018-12-31 begin on 2017-01-01 (day 17167).
select count(*), 1 from record_product_check where hidden = 9223372036854775807 and "day" between 17167 and 17896 and result = 'fail';
