/** Runs before the first paint, inline and hashed: no flash of the other theme. Must stay below 400 bytes. */
import { PREFS_KEY } from './prefs-key'

export const THEME_SCRIPT = `(()=>{let p={};try{p=JSON.parse(localStorage.getItem('${PREFS_KEY}')).state}catch{}let d=document.documentElement.dataset,t=p.theme;d.theme=t=='light'||t=='dark'?t:matchMedia('(prefers-color-scheme:dark)').matches?'dark':'light';d.density=p.density||'comfortable'})()`
