package emulator_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"riskroom/adapters/discord/emulator"
	"riskroom/adapters/stage"
)

// A guild without sockets: the app calls it through Client, and it calls the
// app's handler with interactions.
func Example() {
	app := http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = rw.Write([]byte(`{"type": 4, "data": {"content": "nothing is pending", "flags": 64}}`))
	})
	w, err := emulator.New(emulator.Options{
		Users: []emulator.User{{ID: "1001", Name: "lin"}}, InteractionsURL: "http://app/interactions", App: app,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = w.Close() }()
	send := func(verb, path, body string) (*http.Response, error) {
		request, _ := http.NewRequest(verb, w.URL()+"/api/v10"+path, strings.NewReader(body))
		request.Header = http.Header{
			"Authorization": {"Bot " + w.BotToken()}, "Content-Type": {"application/json"}, "User-Agent": {"DiscordBot (example, 1)"},
		}
		return w.Client().Do(request)
	}
	response, err := send("PUT", "/applications/"+w.ApplicationID()+"/guilds/"+w.GuildID()+"/commands",
		`[{"name": "risk", "description": "Risks", "options": [{"type": 1, "name": "list", "description": "What is pending"}]}]`)
	fmt.Println(response.StatusCode, err)
	reply, err := w.SlashCommand(context.Background(), "1001", "", "/risk", "list", nil)
	fmt.Println(reply.Message.Plain, reply.Message.Ephemeral, err)

	general, _ := w.ChannelByName("general")
	w.Faults().Order(stage.Fault{Method: "create_message", Kind: stage.CutAfter})
	_, err = send("POST", "/channels/"+general.ID+"/messages", `{"content": "hello <@1001>"}`)
	fmt.Println(err != nil, w.Messages(general.ID)[0].Plain)
	// Output:
	// 200 <nil>
	// nothing is pending true <nil>
	// true hello @lin
}
