-- uses: values runs timers
-- Binds a risk without an item group to a group that it had before.
-- KEYS  as in runs.lua, then those of the timers
-- ARGV  now, channel, risk key, group, ID of the run that created it, badge or '',
--       timers, events
-- Answer: ok, binding
-- A repeat finds the risk bound.
local member, group, run, badge = arg(), arg(), arg(), arg()
local changes, told = timers(), events()
if (redis.call('HGET', binding, 'st') or '') == '' then
  redis.call('HSET', binding, 'st', 'bound', 'group', group, 'run', run)
  redis.call('HDEL', binding, 'badge', 'said')
  if badge ~= '' then redis.call('HSET', binding, 'badge', badge) end
  redis.call('SADD', bindings, member)
  for _, e in ipairs(told) do emit(e) end
  change_timers(changes)
end
return done(redis.call('HGETALL', binding))
