-- uses: values runs timers
-- Keeps how the group of a binding is said to have ended.
-- KEYS  as in runs.lua, then runs
-- ARGV  now, channel, group, how, timers
-- Answer: ok
-- A repeat finds it kept, and every run as the first time left it.
local group, how = arg(), arg()
local changes = timers()
if redis.call('HGET', binding, 'group') == group then redis.call('HSET', binding, 'said', how) end
change_timers(changes)
return done()
