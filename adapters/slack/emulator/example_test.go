package emulator_test

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/slack-go/slack"

	"riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
)

// A workspace without sockets: the app calls it through Client, and it calls
// the app's handler.
func Example() {
	app := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(rw, "you typed "+r.FormValue("text"))
	})
	w, err := emulator.New(emulator.Options{
		Users: []emulator.User{{ID: "U1", Name: "lin"}}, CommandURL: "http://app/commands", App: app,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = w.Close() }()

	reply, err := w.SlashCommand(context.Background(), "U1", "", "/risk", "list")
	fmt.Println(reply.Message.Plain, err)

	api := slack.New(w.BotToken(), slack.OptionAPIURL(w.URL()+"/api/"), slack.OptionHTTPClient(w.Client()))
	w.Faults().Order(stage.Fault{Method: "chat.postMessage", Kind: stage.CutAfter})
	_, _, err = api.PostMessage("U1", slack.MsgOptionText("hello <@U1>", false))
	fmt.Println(err != nil, w.DMs("U1")[0].Plain)
	// Output:
	// you typed list <nil>
	// true hello @lin
}
