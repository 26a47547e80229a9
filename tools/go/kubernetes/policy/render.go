// Package policy turns NetworkPolicies into one nftables table. It is pure:
// objects in, text out, so that every feature can be tested without a kernel.
//
// Each isolated pod has a chain per direction that returns for what is allowed
// and drops the rest. Replies pass by connection tracking. A pod address that
// the table does not know is cut off: a pod has no network before its rules.
package policy

import (
	"bytes"
	"fmt"
	"net/netip"
	"sort"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// Table is the name of the table that Render replaces.
const Table = "inet kube-netpol"

// Snapshot is everything the rules follow from.
type Snapshot struct {
	Node       string // only this node's pods get chains
	PodCIDR    string // addresses in it that no pod is known to have are cut off
	Pods       []Pod
	Namespaces map[string]map[string]string // name -> labels
	Policies   []*networkingv1.NetworkPolicy
}

// Pod is a pod with an address of its own.
type Pod struct {
	*corev1.Pod
	IP string
}

// Render returns an nft script that replaces the whole table at once.
func Render(s Snapshot) string {
	sort.Slice(s.Pods, func(i, j int) bool { return s.Pods[i].UID < s.Pods[j].UID })
	sort.Slice(s.Policies, func(i, j int) bool { return s.Policies[i].UID < s.Policies[j].UID })
	var chains bytes.Buffer
	var known, ingress, egress []string
	for _, pod := range s.Pods {
		known = append(known, pod.IP)
		if pod.Spec.NodeName != s.Node {
			continue
		}
		in, out := s.isolation(pod)
		if in != nil {
			ingress = append(ingress, pod.IP+" : jump in-"+pod.IP)
			writeChain(&chains, "in-"+pod.IP, *in)
		}
		if out != nil {
			egress = append(egress, pod.IP+" : jump out-"+pod.IP)
			writeChain(&chains, "out-"+pod.IP, *out)
		}
	}
	var script bytes.Buffer
	fmt.Fprintf(&script, "add table %s\ndelete table %s\ntable %s {\n", Table, Table, Table)
	writeKnown(&script, known)
	script.Write(chains.Bytes())
	writeForward(&script, s.PodCIDR, ingress, egress)
	script.WriteString("}\n")
	return script.String()
}

func writeKnown(w *bytes.Buffer, addresses []string) {
	w.WriteString("\tset known {\n\t\ttype ipv4_addr\n")
	if len(addresses) > 0 {
		fmt.Fprintf(w, "\t\telements = { %s }\n", strings.Join(addresses, ", "))
	}
	w.WriteString("\t}\n")
}

// writeChain writes a chain that returns for what is allowed and drops the rest.
func writeChain(w *bytes.Buffer, name string, allowed []string) {
	fmt.Fprintf(w, "\tchain %s {\n", name)
	for _, match := range allowed {
		fmt.Fprintf(w, "\t\t%s\n", strings.TrimSpace(match+" return"))
	}
	w.WriteString("\t\tcounter drop\n\t}\n")
}

func writeForward(w *bytes.Buffer, podCIDR string, ingress, egress []string) {
	w.WriteString("\tchain forward {\n\t\ttype filter hook forward priority filter; policy accept;\n")
	w.WriteString("\t\tct state established,related accept\n")
	if podCIDR != "" {
		fmt.Fprintf(w, "\t\tip saddr %s ip saddr != @known counter drop\n", podCIDR)
		fmt.Fprintf(w, "\t\tip daddr %s ip daddr != @known counter drop\n", podCIDR)
	}
	if len(egress) > 0 {
		fmt.Fprintf(w, "\t\tip saddr vmap { %s }\n", strings.Join(egress, ", "))
	}
	if len(ingress) > 0 {
		fmt.Fprintf(w, "\t\tip daddr vmap { %s }\n", strings.Join(ingress, ", "))
	}
	w.WriteString("\t}\n")
}

// isolation returns what is allowed in and out; nil where no policy isolates.
func (s Snapshot) isolation(pod Pod) (in, out *[]string) {
	for _, policy := range s.Policies {
		if policy.Namespace != pod.Namespace || !matches(&policy.Spec.PodSelector, pod.Labels) {
			continue
		}
		for _, direction := range policy.Spec.PolicyTypes {
			switch direction {
			case networkingv1.PolicyTypeIngress:
				in = orEmpty(in)
				for _, rule := range policy.Spec.Ingress {
					*in = append(*in, s.allow("saddr", policy.Namespace, rule.From, rule.Ports, &pod)...)
				}
			case networkingv1.PolicyTypeEgress:
				out = orEmpty(out)
				for _, rule := range policy.Spec.Egress {
					*out = append(*out, s.allow("daddr", policy.Namespace, rule.To, rule.Ports, nil)...)
				}
			}
		}
	}
	return in, out
}

func orEmpty(rules *[]string) *[]string {
	if rules == nil {
		return &[]string{}
	}
	return rules
}

// allow returns nft matches for one rule of a policy: peers times ports.
// target is the pod that a named port is looked up on for ingress; for egress
// it is nil, and the name is looked up on each destination pod.
func (s Snapshot) allow(field, namespace string, peers []networkingv1.NetworkPolicyPeer, ports []networkingv1.NetworkPolicyPort, target *Pod) []string {
	pods, blocks := s.resolve(field, namespace, peers)
	sources := blocks
	if len(peers) == 0 {
		sources = []string{""}
	} else if match := addressMatch(field, pods); match != "" {
		sources = append(sources, match)
	}
	if len(ports) == 0 {
		return sources
	}
	var result []string
	for _, port := range ports {
		if isNamed(port) && target == nil {
			result = append(result, s.namedEgress(field, port, peers, pods)...)
			continue
		}
		match := portMatch(port, target)
		if match == "" {
			continue
		}
		for _, source := range sources {
			result = append(result, strings.TrimSpace(source+" "+match))
		}
	}
	return result
}

// resolve returns the pods that the peers select and the matches of their address blocks.
func (s Snapshot) resolve(field, namespace string, peers []networkingv1.NetworkPolicyPeer) (pods []Pod, blocks []string) {
	seen := map[string]bool{}
	for _, peer := range peers {
		if peer.IPBlock != nil {
			if match := blockMatch(field, peer.IPBlock); match != "" {
				blocks = append(blocks, match)
			}
			continue
		}
		for _, pod := range s.Pods {
			if !seen[pod.IP] && s.selects(peer, namespace, pod) {
				seen[pod.IP] = true
				pods = append(pods, pod)
			}
		}
	}
	return pods, blocks
}

func (s Snapshot) selects(peer networkingv1.NetworkPolicyPeer, namespace string, pod Pod) bool {
	if peer.NamespaceSelector == nil {
		if pod.Namespace != namespace {
			return false
		}
	} else {
		set, known := s.Namespaces[pod.Namespace]
		if !known || !matches(peer.NamespaceSelector, set) {
			return false
		}
	}
	return peer.PodSelector == nil || matches(peer.PodSelector, pod.Labels)
}

// namedEgress allows a named port at each destination pod that has it.
func (s Snapshot) namedEgress(field string, port networkingv1.NetworkPolicyPort, peers []networkingv1.NetworkPolicyPeer, pods []Pod) []string {
	if len(peers) == 0 {
		pods = s.Pods
	}
	groups := map[string][]Pod{}
	for _, pod := range pods {
		if match := portMatch(port, &pod); match != "" {
			groups[match] = append(groups[match], pod)
		}
	}
	var result []string
	for match, group := range groups {
		result = append(result, addressMatch(field, group)+" "+match)
	}
	sort.Strings(result)
	return result
}

func addressMatch(field string, pods []Pod) string {
	if len(pods) == 0 {
		return ""
	}
	addresses := make([]string, len(pods))
	for i, pod := range pods {
		addresses[i] = pod.IP
	}
	return fmt.Sprintf("ip %s { %s }", field, strings.Join(addresses, ", "))
}

// blockMatch is empty for IPv6 blocks: this network is IPv4 only.
func blockMatch(field string, block *networkingv1.IPBlock) string {
	prefix, err := netip.ParsePrefix(block.CIDR)
	if err != nil || !prefix.Addr().Is4() {
		return ""
	}
	match := fmt.Sprintf("ip %s %s", field, prefix.Masked())
	for _, text := range block.Except { // one by one: an nft set refuses overlapping ranges
		if except, err := netip.ParsePrefix(text); err == nil && except.Addr().Is4() {
			match += fmt.Sprintf(" ip %s != %s", field, except.Masked())
		}
	}
	return match
}

func matches(selector *metav1.LabelSelector, set map[string]string) bool {
	compiled, err := metav1.LabelSelectorAsSelector(selector)
	return err == nil && compiled.Matches(labels.Set(set))
}
