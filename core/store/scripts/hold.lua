-- uses: values runs
-- Extends a lease.
-- KEYS  as in runs.lua, then the run
-- ARGV  now, channel, run (key index, ID), lease, until
-- Answer: ok, lease; lost
local r = load(key(), arg())
local lease, till = arg(), int()
if replaced(r, lease, 'hold') then return { 'ok', r.f.fence } end
if not held(r, lease) then return { 'lost' } end
renew(r, lease, till, 'hold')
save(r)
return done(r.f.fence)
