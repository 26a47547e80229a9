package main

// The gate: the CNI plug-in (tools/go/policygate) announces each new pod here
// and hands the pod its network only after the answer, so there is no moment
// at which a pod has an address and not yet its rules. If this process is away
// or nft fails, no pod gets a network, and the kubelet tries again.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/klog/v2"
)

const (
	gateDeadline    = 8 * time.Second
	gatePoll        = 20 * time.Millisecond
	maxAnnouncement = 4096 // bytes
)

type announcement struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	UID       string `json:"uid"`
	IP        string `json:"ip"`
}

// openGate answers announcements until the context ends.
func (n *netpol) openGate(ctx context.Context) error {
	_ = os.Remove(n.options.socket)
	listener, err := net.Listen("unix", n.options.socket)
	if err != nil {
		return err
	}
	if err := os.Chmod(n.options.socket, 0o600); err != nil {
		return err
	}
	go func() {
		<-ctx.Done()
		_ = listener.Close()
	}()
	go func() {
		for {
			connection, err := listener.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				klog.ErrorS(err, "gate")
				time.Sleep(retryAfter)
				continue
			}
			go n.answer(ctx, connection)
		}
	}()
	return nil
}

func (n *netpol) answer(ctx context.Context, connection net.Conn) {
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(gateDeadline + time.Second))
	ctx, cancel := context.WithTimeout(ctx, gateDeadline)
	defer cancel()
	var pod announcement
	reply := map[string]string{}
	err := json.NewDecoder(io.LimitReader(connection, maxAnnouncement)).Decode(&pod)
	if err == nil {
		err = n.admit(ctx, pod)
	}
	if err != nil {
		klog.ErrorS(err, "gate stays closed", "pod", pod.Name, "namespace", pod.Namespace)
		reply["error"] = err.Error()
	}
	_ = json.NewEncoder(connection).Encode(reply)
}

// admit puts the rules of a pod in force that is about to have this address.
func (n *netpol) admit(ctx context.Context, pod announcement) error {
	if address, err := netip.ParseAddr(pod.IP); err != nil || !address.Is4() {
		return fmt.Errorf("not an IPv4 address: %q", pod.IP)
	}
	if err := n.awaitPod(ctx, pod); err != nil {
		return err
	}
	if err := n.awaitPolicies(ctx, pod.Namespace); err != nil {
		return err
	}
	n.naming.Lock()
	n.announced[pod.UID] = pod.IP
	n.naming.Unlock()
	return n.sync(ctx)
}

// awaitPod waits until the pod's labels are known here; the kubelet learned of it from another watch.
func (n *netpol) awaitPod(ctx context.Context, wanted announcement) error {
	return poll(ctx, "pod "+wanted.Name, func() bool {
		pod, err := n.pods.Pods(wanted.Namespace).Get(wanted.Name)
		return err == nil && string(pod.UID) == wanted.UID
	})
}

// awaitPolicies waits until the namespace's policies here are those that the API server has now.
func (n *netpol) awaitPolicies(ctx context.Context, namespace string) error {
	return poll(ctx, "policies of "+namespace, func() bool {
		present, err := n.client.NetworkingV1().NetworkPolicies(namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return false
		}
		for _, policy := range present.Items {
			known, err := n.policies.NetworkPolicies(namespace).Get(policy.Name)
			if err != nil || known.UID != policy.UID || known.Generation < policy.Generation {
				return false
			}
		}
		return true
	})
}

func poll(ctx context.Context, what string, ready func() bool) error {
	for !ready() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s not seen in time", what)
		case <-time.After(gatePoll):
		}
	}
	return nil
}

// stillAnnounced forgets announcements that the pod's status has caught up
// with, and those of pods that are gone; it returns a copy of the others.
func (n *netpol) stillAnnounced(pods []*corev1.Pod) map[string]string {
	n.naming.Lock()
	defer n.naming.Unlock()
	left := map[string]string{}
	for _, pod := range pods {
		ip, early := n.announced[string(pod.UID)]
		if early && pod.Status.PodIP != ip {
			left[string(pod.UID)] = ip
		}
	}
	n.announced = left
	result := make(map[string]string, len(left))
	for uid, ip := range left {
		result[uid] = ip
	}
	return result
}
