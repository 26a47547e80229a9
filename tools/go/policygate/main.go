// Command policygate is a chained CNI plug-in. It announces a new pod and its
// address to kube-netpol and lets the pod's network come into being only when
// the pod's rules are in force. It changes nothing itself.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"
)

const (
	deadline = 10 * time.Second
	redial   = 50 * time.Millisecond
)

type configuration struct {
	CNIVersion string          `json:"cniVersion"`
	Socket     string          `json:"socket"`
	PrevResult json.RawMessage `json:"prevResult"`
}

func main() {
	switch os.Getenv("CNI_COMMAND") {
	case "VERSION":
		fmt.Println(`{"cniVersion":"1.0.0","supportedVersions":["0.3.1","0.4.0","1.0.0"]}`)
	case "ADD":
		if err := add(); err != nil {
			failure, _ := json.Marshal(map[string]any{"cniVersion": "1.0.0", "code": 11, "msg": "policygate: " + err.Error()})
			fmt.Println(string(failure))
			os.Exit(1)
		}
	}
	// DEL and CHECK have nothing to do: rules follow the pod objects.
}

func add() error {
	var config configuration
	if err := json.NewDecoder(os.Stdin).Decode(&config); err != nil {
		return err
	}
	ip, err := address(config.PrevResult)
	if err != nil {
		return err
	}
	names := arguments(os.Getenv("CNI_ARGS"))
	pod := map[string]string{
		"namespace": names["K8S_POD_NAMESPACE"],
		"name":      names["K8S_POD_NAME"],
		"uid":       names["K8S_POD_UID"],
		"ip":        ip,
	}
	if err := announce(config.Socket, pod); err != nil {
		return err
	}
	_, err = os.Stdout.Write(config.PrevResult)
	return err
}

// address is the pod's IPv4 address in the result of the plug-in before.
func address(result json.RawMessage) (string, error) {
	var previous struct {
		IPs []struct {
			Address string `json:"address"`
		} `json:"ips"`
	}
	if err := json.Unmarshal(result, &previous); err != nil {
		return "", err
	}
	for _, ip := range previous.IPs {
		if prefix, err := netip.ParsePrefix(ip.Address); err == nil && prefix.Addr().Is4() {
			return prefix.Addr().String(), nil
		}
	}
	return "", errors.New("no IPv4 address in the previous result")
}

func arguments(text string) map[string]string {
	found := map[string]string{}
	for _, pair := range strings.Split(text, ";") {
		if key, value, ok := strings.Cut(pair, "="); ok {
			found[key] = value
		}
	}
	return found
}

// announce asks until the enforcer answers; it may be starting.
func announce(socket string, pod map[string]string) error {
	end := time.Now().Add(deadline)
	connection, err := net.Dial("unix", socket)
	for err != nil && time.Now().Before(end) {
		time.Sleep(redial)
		connection, err = net.Dial("unix", socket)
	}
	if err != nil {
		return err
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(deadline))
	if err := json.NewEncoder(connection).Encode(pod); err != nil {
		return err
	}
	var reply map[string]string
	if err := json.NewDecoder(connection).Decode(&reply); err != nil {
		return err
	}
	if reply["error"] != "" {
		return errors.New(reply["error"])
	}
	return nil
}
