-- uses: values
-- Opens the database, and writes its description if it is new. An older schema
-- becomes the program's, so that older programs refuse the database from then on.
-- KEYS  meta
-- ARGV  now, schema, shards, instance
-- Answer: ok, schema, shards, instance, as stored
local schema, shards, instance = arg(), arg(), arg()
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[1], 'schema', schema, 'shards', shards, 'instance', instance, 'indexed', 'all')
end
local h = fields(redis.call('HGETALL', KEYS[1]))
if num(h.schema) < num(schema) then
  redis.call('HSET', KEYS[1], 'schema', schema)
  h.schema = schema
end
return { 'ok', h.schema, h.shards, h.instance }
