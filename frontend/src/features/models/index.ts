'use client'
/** The screens of Models, each loaded when it is shown: the shell's bytes stay the shell's. */
import dynamic from 'next/dynamic'
import { Waiting } from './components/waiting'

export const ModelsScreen = dynamic(() => import('./components/models-screen').then(m => m.ModelsScreen), {
  ssr: false,
  loading: Waiting,
})
export const ModelScreen = dynamic(() => import('./components/model-screen').then(m => m.ModelScreen), {
  ssr: false,
  loading: Waiting,
})
export const DeployScreen = dynamic(() => import('./components/deploy-screen').then(m => m.DeployScreen), {
  ssr: false,
  loading: Waiting,
})
