package app

// Chinese returns the Chinese of this package's phrases, by the English.
func Chinese() map[string]string {
	return map[string]string{
		"%s refuses the user or the password (%v). Check them in the config file, and allow the user every command on every key and channel":                                                      "%s 拒绝了用户名或密码（%v）。请检查配置文件中的用户名和密码，并允许该用户对所有键和频道执行所有命令",
		"%s has a certificate that this machine does not trust (%v). Check that it names the host of the url. If your own authority signed it, set SSL_CERT_FILE to that authority's certificate": "本机不信任 %s 的证书（%v）。请确认证书中的主机名与 url 一致；如果证书由自建的 CA 签发，请把 SSL_CERT_FILE 设为该 CA 的证书",
		"%s is a replica, which takes no writes: use the master, or the sentinels (mode: sentinel)":                                                                                               "%s 是只读副本：请改用主节点，或使用哨兵（mode: sentinel）",
		"%s does not answer (%v). Check that it is running, that the url in the config file is right, and that this machine can reach it":                                                         "%s 没有响应（%v）。请确认它正在运行、配置文件中的 url 正确，并且本机可以访问它",
		"the database of %s was written by a newer riskroom: run that version, or set another prefix (%v)":                                                                                        "%s 的数据库由更新版本的 riskroom 写入：请运行该版本，或设置另一个 prefix（%v）",
		"the database of %s was written by an older riskroom: the next start of serve upgrades it. Until then, only that version can read it (%v)":                                                "%s 的数据库由较早版本的 riskroom 写入：下次启动 serve 时会升级；在此之前，只有该版本可以读取（%v）",
		"%s has no risks yet: the first start of serve creates the database":                                                                                                                      "%s 中还没有风险：首次启动 serve 时会创建数据库",
		"the private redis in %s":                                   "%s 中的私有 Redis",
		"the url of redis is not a valid URL":                       "redis 的 url 无效",
		"cannot check redis: %v":                                    "无法检查 Redis：%v",
		"%s: the address is in use":                                 "%s：地址已被占用",
		"cannot listen on %s: %v":                                   "无法监听 %s：%v",
		"risks would be lost in this Redis, so nothing was started": "这个 Redis 可能丢失风险，因此没有启动",
		`durability: strict needs a replica for every write, and a private Redis has none. Use a Redis with a replica
  redis: { url: "redis://localhost:6379/0" }
or set durability: standard, where the private Redis syncs every write to disk before it answers`: `durability: strict 要求每次写入都有副本，而私有 Redis 没有副本。请使用带副本的 Redis
  redis: { url: "redis://localhost:6379/0" }
或设置 durability: standard，私有 Redis 会先把每次写入同步到磁盘再响应`,
	}
}
