-- uses: values runs timers
-- Changes timers of a risk without changing the risk.
-- KEYS  as in runs.lua, then the shard's server and runs
-- ARGV  now, channel, version that the risk must have or 0, config file that must be in force
--       or '', server, timers
-- Answer: ok; conflict with version or file
-- A repeat finds every run as the first call left it.
local version, file, server = arg(), arg(), key()
local changes = timers()
if file ~= '' and (redis.call('HGET', server, 'file') or file) ~= file then return { 'conflict', 'file' } end
if version ~= '0' and (redis.call('HGET', risk, 'v') or '0') ~= version then return { 'conflict', 'version' } end
change_timers(changes)
return done()
