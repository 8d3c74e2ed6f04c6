-- uses: values
-- Puts a config file in force in one shard (server, see claim.lua).
-- KEYS  server
-- ARGV  now, file, generation
-- Answer: ok; conflict with file if a later one is in force there
local file, generation = arg(), arg()
local had = num(redis.call('HGET', KEYS[1], 'generation'))
if had > num(generation) then return { 'conflict', 'file' } end
if had < num(generation) then redis.call('HSET', KEYS[1], 'file', file, 'generation', generation) end
return { 'ok' }
