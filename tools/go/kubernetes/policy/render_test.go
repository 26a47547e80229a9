package policy

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func pod(name, ip string, change ...func(*corev1.Pod)) *corev1.Pod {
	made := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "home", UID: types.UID(name), Labels: map[string]string{"app": name}},
		Spec: corev1.PodSpec{NodeName: "node", Containers: []corev1.Container{{
			Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8080, Protocol: corev1.ProtocolTCP}},
		}}},
		Status: corev1.PodStatus{PodIP: ip, Phase: corev1.PodRunning},
	}
	for _, f := range change {
		f(made)
	}
	return made
}

func policyFor(app string, spec networkingv1.NetworkPolicySpec) *networkingv1.NetworkPolicy {
	spec.PodSelector = metav1.LabelSelector{MatchLabels: map[string]string{"app": app}}
	return &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: app, Namespace: "home", UID: "p"}, Spec: spec}
}

func ingress(rules ...networkingv1.NetworkPolicyIngressRule) networkingv1.NetworkPolicySpec {
	return networkingv1.NetworkPolicySpec{PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}, Ingress: rules}
}

func render(policy *networkingv1.NetworkPolicy, pods ...*corev1.Pod) string {
	return Render(Snapshot{
		Node: "node", PodCIDR: "10.244.0.0/24", Pods: WithAddresses(pods, nil),
		Namespaces: map[string]map[string]string{"home": {"side": "home"}},
		Policies:   []*networkingv1.NetworkPolicy{policy},
	})
}

func wants(t *testing.T, rules string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains(rules, line) {
			t.Errorf("no %q in\n%s", line, rules)
		}
	}
}

func refuses(t *testing.T, rules string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if strings.Contains(rules, line) {
			t.Errorf("unexpected %q in\n%s", line, rules)
		}
	}
}

func TestAnIsolatedPodDropsWhatNoRuleAllows(t *testing.T) {
	rules := render(policyFor("a", ingress()), pod("a", "10.244.0.2"), pod("b", "10.244.0.3"))
	wants(t, rules, "chain in-10.244.0.2 {\n\t\tcounter drop\n\t}", "ip daddr vmap { 10.244.0.2 : jump in-10.244.0.2 }")
	refuses(t, rules, "in-10.244.0.3", "saddr vmap")
}

func TestAddressesOfUnknownPodsAreCutOff(t *testing.T) {
	rules := render(policyFor("a", ingress()), pod("a", "10.244.0.2"))
	wants(t, rules, "elements = { 10.244.0.2 }", "ip saddr 10.244.0.0/24 ip saddr != @known counter drop")
}

func TestAnAddressBlockIsMaskedAndItsExceptionsMayOverlap(t *testing.T) {
	block := &networkingv1.IPBlock{CIDR: "10.1.2.3/8", Except: []string{"10.0.0.0/9", "10.0.0.0/16"}}
	rules := render(policyFor("a", ingress(networkingv1.NetworkPolicyIngressRule{
		From: []networkingv1.NetworkPolicyPeer{{IPBlock: block}},
	})), pod("a", "10.244.0.2"))
	wants(t, rules, "ip saddr 10.0.0.0/8 ip saddr != 10.0.0.0/9 ip saddr != 10.0.0.0/16 return")
}

func TestAnIPv6BlockAllowsNothing(t *testing.T) {
	rules := render(policyFor("a", ingress(networkingv1.NetworkPolicyIngressRule{
		From: []networkingv1.NetworkPolicyPeer{{IPBlock: &networkingv1.IPBlock{CIDR: "::/0"}}},
	})), pod("a", "10.244.0.2"))
	refuses(t, rules, "return")
}

func TestAPeerThatSelectsNobodyAllowsNobody(t *testing.T) {
	rules := render(policyFor("a", ingress(networkingv1.NetworkPolicyIngressRule{
		From: []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "x"}}}},
	})), pod("a", "10.244.0.2"), pod("b", "10.244.0.3"))
	refuses(t, rules, "return")
}

func TestAnUnknownNamespaceMatchesNoSelector(t *testing.T) {
	far := pod("far", "10.244.0.3", func(p *corev1.Pod) { p.Namespace = "unknown" })
	rules := render(policyFor("a", ingress(networkingv1.NetworkPolicyIngressRule{
		From: []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{}}},
	})), pod("a", "10.244.0.2"), far)
	wants(t, rules, "ip saddr { 10.244.0.2 } return")
}

func TestANamedPortThatThePodLacksAllowsNothing(t *testing.T) {
	name := intstr.FromString("nope")
	rules := render(policyFor("a", ingress(networkingv1.NetworkPolicyIngressRule{
		Ports: []networkingv1.NetworkPolicyPort{{Port: &name}},
	})), pod("a", "10.244.0.2"))
	refuses(t, rules, "return")
}

func TestANamedPortOfASidecarCounts(t *testing.T) {
	always := corev1.ContainerRestartPolicyAlways
	name := intstr.FromString("metrics")
	sidecar := func(p *corev1.Pod) {
		p.Spec.InitContainers = []corev1.Container{{
			RestartPolicy: &always, Ports: []corev1.ContainerPort{{Name: "metrics", ContainerPort: 9}},
		}}
	}
	rules := render(policyFor("a", ingress(networkingv1.NetworkPolicyIngressRule{
		Ports: []networkingv1.NetworkPolicyPort{{Port: &name}},
	})), pod("a", "10.244.0.2", sidecar))
	wants(t, rules, "\t\ttcp dport 9 return")
}

func TestOnlyThisNodesPodsGetChainsButAllMayBePeers(t *testing.T) {
	elsewhere := pod("b", "10.244.1.3", func(p *corev1.Pod) { p.Spec.NodeName = "other" })
	rule := networkingv1.NetworkPolicyIngressRule{From: []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{}}}}
	rules := render(policyFor("a", ingress(rule)), pod("a", "10.244.0.2"), elsewhere)
	wants(t, rules, "ip saddr { 10.244.0.2, 10.244.1.3 } return")
	rules = render(policyFor("b", ingress(rule)), pod("a", "10.244.0.2"), elsewhere)
	refuses(t, rules, "chain in-")
}

func TestTheSameObjectsInAnyOrderGiveTheSameText(t *testing.T) {
	one := render(policyFor("a", ingress()), pod("a", "10.244.0.2"), pod("b", "10.244.0.3"))
	two := render(policyFor("a", ingress()), pod("b", "10.244.0.3"), pod("a", "10.244.0.2"))
	if one != two {
		t.Errorf("%s\n%s", one, two)
	}
}

func addresses(pods []Pod) string {
	var found []string
	for _, p := range pods {
		found = append(found, p.Name+"="+p.IP)
	}
	return strings.Join(found, " ")
}

func TestAnAnnouncedAddressWinsOverAnOlderStatus(t *testing.T) {
	found := WithAddresses([]*corev1.Pod{pod("a", "10.244.0.9")}, map[string]string{"a": "10.244.0.2"})
	if got := addresses(found); got != "a=10.244.0.2" {
		t.Error(got)
	}
}

func TestAnAddressBelongsToTheNewerPod(t *testing.T) {
	old := pod("old", "10.244.0.2", func(p *corev1.Pod) { p.CreationTimestamp = metav1.NewTime(time.Unix(1, 0)) })
	fresh := pod("fresh", "10.244.0.2", func(p *corev1.Pod) { p.CreationTimestamp = metav1.NewTime(time.Unix(2, 0)) })
	for _, order := range [][]*corev1.Pod{{old, fresh}, {fresh, old}} {
		if got := addresses(WithAddresses(order, nil)); got != "fresh=10.244.0.2" {
			t.Error(got)
		}
	}
	announced := map[string]string{"old": "10.244.0.2"}
	for _, order := range [][]*corev1.Pod{{old, fresh}, {fresh, old}} {
		if got := addresses(WithAddresses(order, announced)); got != "old=10.244.0.2" {
			t.Error(got)
		}
	}
}

func TestPodsThatEndedOrShareTheNodesAddressHaveNone(t *testing.T) {
	found := WithAddresses([]*corev1.Pod{
		pod("done", "10.244.0.2", func(p *corev1.Pod) { p.Status.Phase = corev1.PodSucceeded }),
		pod("host", "10.250.0.2", func(p *corev1.Pod) { p.Spec.HostNetwork = true }),
		pod("waits", ""),
	}, nil)
	if got := addresses(found); got != "" {
		t.Error(got)
	}
}
