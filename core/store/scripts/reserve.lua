-- uses: values runs
-- Reserves the risk's binding for a run that holds its lease.
-- KEYS  as in runs.lua, then the run
-- ARGV  now, channel, run (key index, ID), lease
-- Answer: ok, binding; lost
-- A repeat finds the binding reserved by the same run.
local r = load(key(), arg())
local lease = arg()
if not held(r, lease) then return { 'lost' } end
if (redis.call('HGET', binding, 'st') or '') == '' then
  redis.call('HSET', binding, 'st', 'reserved', 'run', r.id)
end
return done(redis.call('HGETALL', binding))
