-- uses: values index
-- Corrects the indexes for a risk that an older version wrote.
-- KEYS  the risk, then indexes
-- ARGV  now, version, index changes
-- Answer: ok; conflict if the risk has changed
local version = arg()
local index = indexes()
if redis.call('HGET', KEYS[1], 'v') ~= version then return { 'conflict', 'version' } end
change_indexes(index)
return { 'ok' }
