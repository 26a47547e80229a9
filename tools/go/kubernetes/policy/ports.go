package policy

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func isNamed(port networkingv1.NetworkPolicyPort) bool {
	return port.Port != nil && port.Port.Type == intstr.String
}

// portMatch returns the nft match of a port; named is the pod whose names
// count. It is empty if that pod has no port of that name and protocol.
func portMatch(port networkingv1.NetworkPolicyPort, named *Pod) string {
	protocol := corev1.ProtocolTCP
	if port.Protocol != nil {
		protocol = *port.Protocol
	}
	proto := strings.ToLower(string(protocol))
	switch {
	case port.Port == nil:
		return "meta l4proto " + proto
	case isNamed(port):
		if number, ok := portNumber(named, port.Port.StrVal, protocol); ok {
			return fmt.Sprintf("%s dport %d", proto, number)
		}
		return ""
	case port.EndPort != nil:
		return fmt.Sprintf("%s dport %d-%d", proto, port.Port.IntVal, *port.EndPort)
	default:
		return fmt.Sprintf("%s dport %d", proto, port.Port.IntVal)
	}
}

// portNumber looks a port's name up in a pod, its sidecars (init containers that go on) included.
func portNumber(pod *Pod, name string, protocol corev1.Protocol) (int32, bool) {
	if pod == nil {
		return 0, false
	}
	containers := append([]corev1.Container{}, pod.Spec.Containers...)
	for _, container := range pod.Spec.InitContainers {
		if container.RestartPolicy != nil && *container.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			containers = append(containers, container)
		}
	}
	for _, container := range containers {
		for _, port := range container.Ports {
			same := port.Protocol == protocol || port.Protocol == "" && protocol == corev1.ProtocolTCP
			if port.Name == name && same {
				return port.ContainerPort, true
			}
		}
	}
	return 0, false
}
