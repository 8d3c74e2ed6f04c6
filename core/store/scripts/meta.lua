-- uses: values
-- Opens the database, and writes its description if it is new. An older schema becomes the
-- program's if its data is prepared for that, so that older programs refuse the database.
-- KEYS  meta
-- ARGV  now, schema, shards, instance, '' or the highest number that a program before
--       schema 3 may have given to a risk or a topic group
-- Answer: ok, schema, shards, instance, that number, as stored
local schema, shards, instance, since = arg(), arg(), arg(), arg()
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[1], 'schema', schema, 'shards', shards, 'instance', instance, 'indexed', 'all', 'since', '0')
end
local h = fields(redis.call('HGETALL', KEYS[1]))
if num(h.schema) < num(schema) and since ~= '' then
  h.schema, h.since = schema, h.since or since
  redis.call('HSET', KEYS[1], 'schema', h.schema, 'since', h.since)
end
return { 'ok', h.schema, h.shards, h.instance, h.since or '0' }
