-- library: values
-- The last ops of a risk.
--
-- The risk's hash has the last 16 ops in a ring: seq, and for each place p: op:p, nonce:p,
-- result:p.

-- repeated returns whether an op is a repeat of another call ('1') or of this very one
-- ('0'), and its result; nothing if it is new. h is the risk's hash.
local function repeated(h, op, nonce)
  for p = 0, 15 do
    if h['op:' .. p] == op then
      return h['nonce:' .. p] == nonce and '0' or '1', h['result:' .. p]
    end
  end
end
