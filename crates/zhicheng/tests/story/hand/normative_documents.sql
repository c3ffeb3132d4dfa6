-- measure normative_documents --period 2016..2018 --day 2018-12-31
select count(*), 1 from record_normative_document where hidden = 9223372036854775807 and "day" between 16801 and 17896;
