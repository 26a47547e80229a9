/** Who and when: what every row of the fake world is made with. */
export const TENANT = '01930000-0000-7000-8000-000000000001'
export const USER = '01930000-0000-7000-8000-000000000002'

export const iso = (ms: number) => new Date(ms).toISOString()
export const id = (n: number) => `01930000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`
