-- measure credit_certifications --period 2018 --day 2018-12-31
-- Certificates that are still in force on the last day.
select count(*), 1 from record_certification where hidden = 9223372036854775807 and "day" <= 17896 and coalesce(valid_to, 99999) >= 17896;
