-- uses: values runs
-- Reserves the risk's link for a run that holds its lease.
-- KEYS  as in runs.lua, then the run
-- ARGV  now, channel, run (key index, ID), lease
-- Answer: ok, link; lost
-- A repeat finds the link reserved by the same run.
local r = load(key(), arg())
local lease = arg()
if not held(r, lease) then return { 'lost' } end
if (redis.call('HGET', link, 'st') or '') == '' then
  redis.call('HSET', link, 'st', 'reserved', 'run', r.id)
end
return done(redis.call('HGETALL', link))
