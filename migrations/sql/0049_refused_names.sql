-- The name that a refused creation asked for, so that an administrator can tell who is missing. It is the only value of
-- a request that is kept, and it goes with the row after the time that the tenant keeps its logs.
alter table app.refused_requests add column name text;
