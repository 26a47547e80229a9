package policy

import corev1 "k8s.io/api/core/v1"

// WithAddresses returns the pods that have an address of their own, each
// address once. An address that was announced when a pod's network was made
// wins over the pod's status, which follows a second later or is of an older
// sandbox; of two pods that claim one address the announced or newer has it.
func WithAddresses(pods []*corev1.Pod, announced map[string]string) []Pod {
	owners := map[string]Pod{}
	for _, pod := range pods {
		if pod.Spec.HostNetwork || pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed {
			continue
		}
		ip, early := announced[string(pod.UID)]
		if !early {
			ip = pod.Status.PodIP
		}
		if ip == "" {
			continue
		}
		owner, taken := owners[ip]
		if taken {
			_, earlyOwner := announced[string(owner.UID)]
			if earlyOwner && !early || earlyOwner == early && !owner.CreationTimestamp.Before(&pod.CreationTimestamp) {
				continue
			}
		}
		owners[ip] = Pod{pod, ip}
	}
	result := make([]Pod, 0, len(owners))
	for _, pod := range owners {
		result = append(result, pod)
	}
	return result
}
