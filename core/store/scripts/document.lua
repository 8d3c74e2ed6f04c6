-- library: values
-- The documents of risks. Those that were filed before schema 3 have theirs in the field doc
-- of their hash, all others in a key of its own.

local function document(doc, risk)
  if doc == risk then return redis.call('HGET', risk, 'doc') end
  return redis.call('GET', doc)
end
