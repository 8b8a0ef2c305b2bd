-- The address of a person is found by its keyed hash alone; this row is also the lock of two workers for one address.
alter table people add column acknowledged_at timestamptz;
