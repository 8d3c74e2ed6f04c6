-- uses: values runs timers
-- Stores a report that the group of a binding ended.
-- KEYS  as in runs.lua, then runs
-- ARGV  now, channel, group, how, timers
-- Answer: ok
-- A repeat finds it stored, and every run as the first call left it.
local group, how = arg(), arg()
local changes = timers()
if redis.call('HGET', binding, 'group') == group then redis.call('HSET', binding, 'said', how) end
change_timers(changes)
return done()
