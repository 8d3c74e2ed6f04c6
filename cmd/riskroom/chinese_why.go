package main

// chineseWhy has the help of why.
func chineseWhy() map[string]string {
	return map[string]string{
		`why shows for each flow when it was or will be due and from which date, its
condition with the present values, what it waits for, and what it sent to whom.
With the name of a flow, it also shows earlier runs of that flow. In chat, /risk
why shows the same to whoever may read the risk.

why reads the Redis that the config file names, and changes nothing there. You can
use it while serve is running. It needs only the secrets in the redis section, and
shows people by the names in the config file or, if it doesn't have their accounts, as
workspace/ID.

Exit codes: 0 shown, 1 there is no such risk or flow or Redis cannot be read, 2 the
command line is wrong.`: `why 逐个列出动作流：何时到期、从哪个日期算起，条件及其当前的值，正在等待什么，
给谁发送过什么。写明动作流时，还会列出它更早的运行。在聊天中，/risk 为什么 向有权
查看该风险的人显示同样的内容。

why 读取配置文件指定的 Redis，不做任何更改，可以在 serve 运行时使用，只需要 redis
部分的密钥。人员按配置文件中的名字显示；文件中没有其账号时，
显示为“工作区/ID”。

退出码：0 已显示，1 没有该风险或动作流，或无法读取 Redis，2 命令行有误`,
	}
}
